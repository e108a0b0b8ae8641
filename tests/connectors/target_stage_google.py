"""Google Workspace in the contract test."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager

from cloud_stage import Cloud, staged
from target_stages import Stage

from connectors.targets.google.adapter import Google


def canaries(cloud: Cloud) -> tuple[str, ...]:
    lines = json.loads(cloud.typed.secrets["key"])["private_key"].split("\n")
    return (lines[3], cloud.face.ground.key("google", cloud.school.urn))


def STAGE() -> AbstractContextManager[Stage]:
    return staged("google", Google, canaries)
