"""What a session has open of batches: a private folder, a batch that runs, a cohort. It goes with the session."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from extractor.cohort.patients import Cohort
from extractor.exports.background import BackgroundBatch
from extractor.exports.private_folder import PrivateFolder

_KEY = "workspace"
_KEPT_FOR = float(os.environ.get("TRIALSCREEN_SESSION_GRACE", "120"))
"""Seconds that a session may be away (a network that fails, a lid that is shut) before its data go."""


@dataclass
class Workspace:
    """A session's batches.

    Attributes:
        batch: The batch that runs, or ran last.
        cohort: The finished batch that is looked at.
        inputs: Where the notes of that batch are, None where that is not known …
        columns: … and how they are mapped.
        uploaded: The ids of the uploaded files that are in the private folder, with their paths.
    """

    batch: BackgroundBatch | None = None
    cohort: Cohort | None = None
    inputs: tuple[str, ...] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    uploaded: dict[str, Path] = field(default_factory=dict)
    _private: PrivateFolder | None = None

    @property
    def folder(self) -> Path:
        """The private folder, which nobody else may read."""
        if self._private is None:
            self._private = PrivateFolder()
        return self._private.path

    def is_private(self, folder: Path) -> bool:
        """Whether a folder goes with the session."""
        return self._private is not None and folder.is_relative_to(self._private.path)

    def clear(self) -> None:
        """Stop what runs, forget what is open, and remove the private folder."""
        if self.batch:
            self.batch.stop()
            self.batch.wait(10)
        private, self._private = self._private, None
        if private:
            private.remove()
        self.batch = self.cohort = self.inputs = None
        self.columns = {}
        self.uploaded = {}


def workspace() -> Workspace:
    """This session's."""
    found: Workspace = st.session_state.setdefault(_KEY, Workspace())
    context = get_script_run_ctx()
    _presence().of = found, context.session_id if context else ""
    return found


class _Presence:
    """Lives as long as the browser is connected.

    Attributes:
        of: The session's workspace, and the session's id.
    """

    of: tuple[Workspace, str] | None = None


def _left(presence: _Presence) -> None:
    """The browser is gone; unless it comes back soon, the session's data go too."""
    if presence.of:
        timer = threading.Timer(_KEPT_FOR, _clear_unless_back, presence.of)
        timer.daemon = True
        timer.start()


def _clear_unless_back(found: Workspace, session_id: str) -> None:
    if not (runtime.exists() and runtime.get_instance().is_active_session(session_id)):
        found.clear()


@st.cache_resource(scope="session", on_release=_left, show_spinner=False)  # type: ignore[untyped-decorator]
def _presence() -> _Presence:
    return _Presence()
