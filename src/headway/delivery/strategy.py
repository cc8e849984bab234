"""How traffic moves to a new version: the settings of each strategy in headway.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, Struct

from headway.delivery.amount import amount_problem
from headway.units import Duration, Share, UnitError, share

Problem = tuple[str, str, str]  # path below the section, message, hint
Until = Literal["time", "analysis", "person"]
Name = Literal["blue-green", "canary", "rolling", "ab", "shadow", "recreate"]

_UNTIL = "What ends it: its `time`, an `analysis` that has seen enough, or a `person`."


class BlueGreen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A second colour beside the first, tested, then everything at once."""

    until: Annotated[
        Literal["time", "person"],
        Meta(description="Switch when it is healthy and tested (`time`), or when a person says."),
    ] = "time"
    pause: Annotated[
        Duration, Meta(description="At least so long between tested and switched.")
    ] = Duration(0.0)


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of a canary that isn't like the others."""

    share: Annotated[Share, Meta(description="The new version's share of traffic: `25%`.")]
    pause: Annotated[
        Duration | None, Meta(description="At least so long; unset: the canary's.")
    ] = None
    until: Annotated[Until | None, Meta(description=_UNTIL + " Unset: the canary's.")] = None


class Canary(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A growing share of traffic, judged against the old version at every step."""

    steps: Annotated[
        tuple[str | Step, ...],
        Meta(min_length=1, description="Shares, growing: `[5%, {share: 50%, until: person}]`."),
    ] = ("5%", "25%", "50%", "75%", "100%")
    pause: Annotated[Duration, Meta(description="How long each step lasts at least.")] = Duration(
        120.0
    )
    until: Annotated[Until, Meta(description=_UNTIL)] = "analysis"
    control: Annotated[
        Share,
        Meta(
            description="What the old version keeps to be compared with until the last step has"
            " passed, whatever the steps say; at most `50%`."
        ),
    ] = Share(0.1)
    min_instances: Annotated[
        int, Meta(ge=1, description="The new version's instances at the smallest step.")
    ] = 1
    scale_old: Annotated[
        bool,
        Meta(
            description="Scale the old version down as its share shrinks; it saves memory, but a"
            " rollback has to wait for its instances."
        ),
    ] = False

    def course(self) -> tuple[Step, ...]:
        """The steps with everything filled in. Raises UnitError for an unreadable share."""
        return tuple(self._full(Step(share=Share(share(s))) if isinstance(s, str) else s)
                     for s in self.steps)  # fmt: skip

    def _full(self, step: Step) -> Step:
        return Step(
            share=step.share,
            pause=self.pause if step.pause is None else step.pause,
            until=step.until or self.until,
        )

    def problems(self) -> Iterator[Problem]:
        before = 0.0
        for index, step in enumerate(self.steps):
            try:
                now = share(step) if isinstance(step, str) else float(step.share)
            except UnitError as problem:
                yield f"steps[{index}]", problem.message, problem.hint
                continue
            if now <= before:
                yield f"steps[{index}]", "a step doesn't grow", "list the shares from small to all"
            before = now
        if self.control > 0.5:
            yield "control", "the old version can't keep more than half", "10% is the default"


class Rolling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Instance after instance; a share of traffic is a share of instances."""

    batch: Annotated[
        int | str, Meta(description="Instances replaced at a time: a number, or `25%`.")
    ] = 1
    max_unavailable: Annotated[
        int | str,
        Meta(description="So many fewer than `instances` may run; a share is rounded down."),
    ] = 0
    max_surge: Annotated[
        int | str, Meta(description="So many more than `instances` may run; a share is rounded up.")
    ] = 1
    pause: Annotated[Duration, Meta(description="At least so long after each batch.")] = Duration(
        0.0
    )
    until: Annotated[
        Until, Meta(description="What ends a batch: `time`, `analysis`, `person`.")
    ] = "time"

    def problems(self) -> Iterator[Problem]:
        for name in ("batch", "max_unavailable", "max_surge"):
            message = amount_problem(getattr(self, name))
            if message:
                yield name, message, "a number of instances such as 2, or a share such as 25%"
        if self.batch in (0, "0%"):
            yield "batch", "nothing would ever be replaced", "1 is the default"
        if self.max_unavailable in (0, "0%") and self.max_surge in (0, "0%"):
            yield "max_surge", "max_surge and max_unavailable can't both be 0", "one has to give"


class Variant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One side of an A/B test. Conditions that are given must all hold."""

    weight: Annotated[
        Share | None, Meta(description="Its share of the rest; unset: an equal part.")
    ] = None
    header: Annotated[str, Meta(description="Requests with this header go to it.")] = ""
    cookie: Annotated[str, Meta(description="Requests with this cookie go to it.")] = ""
    value: Annotated[str, Meta(description="What header or cookie must be; unset: anything.")] = ""
    path: Annotated[str, Meta(description="Requests whose path begins so go to it.")] = ""

    @property
    def matched(self) -> bool:
        return bool(self.header or self.cookie or self.path)

    def problems(self) -> Iterator[Problem]:
        if self.value and not (self.header or self.cookie):
            yield "value", "a value of what?", "give header or cookie with it"
        if self.header and self.cookie and self.value:
            yield "value", "it could be the header's or the cookie's", "give one of them"


class AB(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Versions side by side, each client with one, until one of them has won."""

    cookie: Annotated[str, Meta(description="The cookie that keeps a client with its variant.")] = (
        "headway_variant"
    )
    variants: Annotated[
        dict[str, Variant],
        Meta(
            description="By name; `control` is the old version, `new` the one deployed, others"
            " are deployed beside it with `--variant NAME=VERSION`."
        ),
    ] = {}
    until: Annotated[
        Literal["analysis", "person"],
        Meta(description="What ends it: a metric (`analysis.experiment`), or a person."),
    ] = "analysis"

    def problems(self) -> Iterator[Problem]:
        for name, variant in self.variants.items():
            for path, message, hint in variant.problems():
                yield f"variants.{name}.{path}", message, hint
        if sum(v.weight or 0.0 for v in self.variants.values()) > 1 + 1e-9:
            yield "variants", "the weights are more than 100 %", ""


class Shadow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Copies of requests for the new version; its answers are dropped."""

    share: Annotated[Share, Meta(description="How much of the traffic is copied.")] = Share(1.0)
    pause: Annotated[Duration, Meta(description="At least so long.")] = Duration(600.0)
    until: Annotated[Until, Meta(description=_UNTIL)] = "time"
    then: Annotated[
        Literal["stop", "switch"],
        Meta(description="Afterwards: take it away, or switch to it as blue-green does."),
    ] = "stop"

    def problems(self) -> Iterator[Problem]:
        if self.share <= 0:
            yield "share", "nothing would be copied", "100% is the default"


class Recreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The old version stops, then the new one starts: nobody answers in between."""
