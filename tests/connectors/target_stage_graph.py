"""Microsoft 365 in the contract test."""

from __future__ import annotations

from contextlib import AbstractContextManager

from cloud_stage import Cloud, staged
from target_stages import Stage

from connectors.targets.graph.adapter import Graph


def canaries(cloud: Cloud) -> tuple[str, ...]:
    return (cloud.typed.secrets["client_secret"], cloud.face.ground.key("graph", cloud.school.urn))


def STAGE() -> AbstractContextManager[Stage]:
    return staged("graph", Graph, canaries)
