"""Our own dark and light colours, beside those that Textual brings."""

from textual.color import Color
from textual.theme import Theme

DARK = Theme(
    name="realtap-dark",
    primary="#62b6ff",
    secondary="#3d7ea6",
    accent="#ffb454",
    success="#8fd694",
    warning="#ffcb6b",
    error="#ff7b72",
    foreground="#d5dce4",
    background="#0e1217",
    surface="#12181f",
    panel="#1a222c",
    boost="#202a36",
    dark=True,
    variables={
        "tool": "#ffb454",
        "joined": "#c5a3ff",
        "quiet": "#7c8896",
        "faint": "#3a4654",
        "cursor": "#24405c",
        "cursor-away": "#1c2733",
        "footer-key-foreground": "#62b6ff",
        "border": "#2b3744",
        "scrollbar": "#3a4654",
        "scrollbar-hover": "#7c8896",
        "scrollbar-active": "#62b6ff",
        "scrollbar-background": "#12181f",
        "scrollbar-background-hover": "#12181f",
        "scrollbar-background-active": "#12181f",
        "scrollbar-corner-color": "#12181f",
        "block-cursor-background": "#24405c",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "none",
    },
)

LIGHT = Theme(
    name="realtap-light",
    primary="#0b62b3",
    secondary="#4a7a9c",
    accent="#a85b00",
    success="#1a7431",
    warning="#8a5a00",
    error="#b3261e",
    foreground="#1d2530",
    background="#fbfaf7",
    surface="#f4f2ec",
    panel="#e9e6dd",
    boost="#e2ded3",
    dark=False,
    variables={
        "tool": "#a85b00",
        "joined": "#6b3fa0",
        "quiet": "#66707c",
        "faint": "#c9c5ba",
        "cursor": "#cfe3f7",
        "cursor-away": "#e6e9ea",
        "footer-key-foreground": "#0b62b3",
        "border": "#cdc8bb",
        "scrollbar": "#c9c5ba",
        "scrollbar-hover": "#66707c",
        "scrollbar-active": "#0b62b3",
        "scrollbar-background": "#f4f2ec",
        "scrollbar-background-hover": "#f4f2ec",
        "scrollbar-background-active": "#f4f2ec",
        "scrollbar-corner-color": "#f4f2ec",
        "block-cursor-background": "#cfe3f7",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "none",
    },
)

OWN = (DARK, LIGHT)


def derived(variables: dict[str, str]) -> dict[str, str]:
    """The variables that only our themes have, told by the colours that all themes have."""
    told = {
        "tool": variables["accent"],
        "joined": variables["secondary"],
        "quiet": variables["foreground-muted"],
        "faint": variables["panel-lighten-2"],
        "cursor": variables["primary-muted"],
        "cursor-away": variables["panel"],
    }
    quiet = {
        name: Color.parse(variables[of]).blend(Color.parse(variables["background"]), 0.35).hex
        for name, of in (("client-quiet", "primary"), ("server-quiet", "success"))
        if not variables[of].startswith("ansi")
    }
    plain = {"client-quiet": variables["primary"], "server-quiet": variables["success"]}
    return {**told, **plain, **quiet, **variables}
