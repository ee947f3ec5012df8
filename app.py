"""The web page: ``trialscreen app``, or ``streamlit run app.py``."""

import streamlit as st

from extractor.web import batch_page, navigation, protocol_page, review_page, screen_page
from extractor.web.access import Right
from extractor.web.navigation import Page

_LOGO = """<svg xmlns="http://www.w3.org/2000/svg" width="150" height="28" viewBox="0 0 150 28">
<path d="M4 15l6 6L22 6" fill="none" stroke="#3d95cc" stroke-width="4" stroke-linecap="round"/>
<text x="32" y="20" font-family="sans-serif" font-weight="600" font-size="18" fill="#3d95cc">trialscreen</text></svg>"""

st.set_page_config(page_title="trialscreen", page_icon="🔎", layout="wide")
st.logo(_LOGO)
navigation.run(
    Page(screen_page.show, "Screen", ":material/fact_check:", Right.SCREEN),
    Page(batch_page.show, "Batch", ":material/table_view:", Right.SCREEN),
    Page(review_page.show, "Review", ":material/rate_review:", Right.REVIEW),
    Page(protocol_page.show, "Protocol", ":material/rule:", Right.SEE_PROTOCOLS),
)
