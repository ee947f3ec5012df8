"""The pages of the web app. The only part that knows Streamlit; notes stay in the session's memory."""
