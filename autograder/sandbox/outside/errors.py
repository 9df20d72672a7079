"""Why there is no sandbox, or no session."""


class SandboxUnavailable(RuntimeError):
    """There is no sandbox on this machine; the message says what to install or to enable."""


class SandboxError(RuntimeError):
    """The sandbox could not start a session; the message says why."""
