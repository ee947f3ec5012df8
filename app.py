"""The web page: ``trialscreen app``, or ``streamlit run app.py``."""

import streamlit as st

from extractor.web import review_page, screen_page

_LOGO = """<svg xmlns="http://www.w3.org/2000/svg" width="150" height="28" viewBox="0 0 150 28">
<path d="M4 15l6 6L22 6" fill="none" stroke="#3d95cc" stroke-width="4" stroke-linecap="round"/>
<text x="32" y="20" font-family="sans-serif" font-weight="600" font-size="18" fill="#3d95cc">trialscreen</text></svg>"""

st.set_page_config(page_title="trialscreen", page_icon="🔎", layout="wide")
st.logo(_LOGO)
st.navigation(
    [
        st.Page(screen_page.show, title="Screen", icon=":material/fact_check:", url_path="screen", default=True),
        st.Page(review_page.show, title="Review", icon=":material/rate_review:", url_path="review"),
    ],
    position="top",
).run()
