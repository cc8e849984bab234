"""The parts of SARIF 2.1.0 that Headway reads, as typed structs with the standard's names."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

Properties = dict[str, Any]


class Message(Struct, frozen=True):
    text: str | None = None
    id: str | None = None
    arguments: list[str] | None = None


class Configuration(Struct, frozen=True):
    level: str | None = None


class Rule(Struct, frozen=True):
    id: str = ""
    name: str | None = None
    shortDescription: Message | None = None
    helpUri: str | None = None
    messageStrings: dict[str, Message] | None = None
    defaultConfiguration: Configuration | None = None
    properties: Properties | None = None


class Component(Struct, frozen=True):
    name: str
    version: str | None = None
    semanticVersion: str | None = None
    rules: list[Rule] | None = None


class Tool(Struct, frozen=True):
    driver: Component
    extensions: list[Component] | None = None


class ComponentReference(Struct, frozen=True):
    index: int = -1
    name: str | None = None


class RuleReference(Struct, frozen=True):
    id: str | None = None
    index: int = -1
    toolComponent: ComponentReference | None = None


class ArtifactLocation(Struct, frozen=True):
    uri: str | None = None
    uriBaseId: str | None = None
    index: int = -1


class Artifact(Struct, frozen=True):
    location: ArtifactLocation | None = None


class Region(Struct, frozen=True):
    startLine: int | None = None
    startColumn: int | None = None
    endLine: int | None = None
    snippet: Message | None = None


class PhysicalLocation(Struct, frozen=True):
    artifactLocation: ArtifactLocation | None = None
    region: Region | None = None


class LogicalLocation(Struct, frozen=True):
    fullyQualifiedName: str | None = None


class Location(Struct, frozen=True):
    physicalLocation: PhysicalLocation | None = None
    logicalLocations: list[LogicalLocation] | None = None


class Suppression(Struct, frozen=True):
    kind: str = ""
    status: str | None = None


class Result(Struct, frozen=True):
    message: Message = Message()
    ruleId: str | None = None
    ruleIndex: int = -1
    rule: RuleReference | None = None
    level: str | None = None
    kind: str | None = None
    baselineState: str | None = None
    locations: list[Location] | None = None
    suppressions: list[Suppression] | None = None
    fingerprints: dict[str, str] | None = None
    partialFingerprints: dict[str, str] | None = None
    properties: Properties | None = None


class Notification(Struct, frozen=True):
    message: Message = Message()
    level: str = "warning"


class Invocation(Struct, frozen=True):
    executionSuccessful: bool = True
    toolExecutionNotifications: list[Notification] | None = None
    toolConfigurationNotifications: list[Notification] | None = None


class Run(Struct, frozen=True):
    tool: Tool
    results: list[Result] | None = None
    invocations: list[Invocation] | None = None
    artifacts: list[Artifact] | None = None
    originalUriBaseIds: dict[str, ArtifactLocation] | None = None


class Log(Struct, frozen=True):
    runs: list[Run]
    version: str = ""
