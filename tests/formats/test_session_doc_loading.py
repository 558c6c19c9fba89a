"""The modules of session documents are loaded with the first document, after the first screen."""

from __future__ import annotations

import subprocess
import sys


def test_starting_loads_no_module_of_session_documents() -> None:
    code = "import sys, codetui.study.workspace"
    code += "; print([name for name in sys.modules if name.startswith('codetui.formats.session_doc')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
