"""Our two themes: calm, few colours, text pairs at WCAG AA or better on their backgrounds.

Screens use theme variables only; this is the one place with literal colours.
"""

from textual.theme import Theme

CALM_DARK = Theme(
    name="calm-dark",
    dark=True,
    primary="#8ab4d8",
    secondary="#9aa7b4",
    accent="#7fc7c0",
    warning="#e0b060",
    error="#ef8a80",
    success="#8fca8f",
    foreground="#d6dade",
    background="#14181c",
    surface="#14181c",
    panel="#20262c",
    boost="#20262c",
    variables={
        "text-muted": "#98a3ad",
        "text-success": "#8fca8f",
        "text-warning": "#e0b060",
        "text-error": "#ef8a80",
        "text-accent": "#7fc7c0",
        "block-cursor-background": "#2f5d86",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#29323a",
        "block-cursor-blurred-foreground": "#d6dade",
        "scrollbar": "#3a444d",
        "scrollbar-background": "#14181c",
        "input-cursor-text-style": "none",
    },
)

CALM_LIGHT = Theme(
    name="calm-light",
    dark=False,
    primary="#1d5a8c",
    secondary="#4c5a66",
    accent="#0d655d",
    warning="#8a5300",
    error="#a8251b",
    success="#1f6a2c",
    foreground="#1d242b",
    background="#fbfbf9",
    surface="#fbfbf9",
    panel="#e8eae8",
    boost="#e8eae8",
    variables={
        "text-muted": "#55606a",
        "text-success": "#1f6a2c",
        "text-warning": "#8a5300",
        "text-error": "#a8251b",
        "text-accent": "#0d655d",
        "block-cursor-background": "#1d5a8c",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#d9e2e8",
        "block-cursor-blurred-foreground": "#1d242b",
        "scrollbar": "#b9c1c6",
        "scrollbar-background": "#fbfbf9",
        "input-cursor-text-style": "none",
    },
)

OURS = (CALM_DARK, CALM_LIGHT)
