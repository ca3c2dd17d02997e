"""How fast a microphone really runs, and where its samples belong on the interview's clock.

A microphone counts time by its own crystal, some tens of millionths fast or slow, so two of them drift apart by a
tenth of a second within the hour. Sound is never early but often late: the driver hands it over when the machine has
time. So only the earliest block of each bucket tells the time, and drift is the median slope between those (Theil-Sen),
which a busy minute cannot bend.
"""

from collections import deque
from typing import Final

import numpy as np

BUCKET_S: Final = 5.0
WINDOW_S: Final = 300.0
LEAST_BUCKETS: Final = 6
"""Half a minute: a shorter stretch says more about the machine's load than about the crystal."""
MOST_DRIFT: Final = 1e-3
"""Ten times what the worst sound cards drift."""
MOST_STEERING: Final = 5e-4
"""Of the pace, to make up for what drifted before it was known; nobody hears it."""
STEERING_S: Final = 60.0


class DeviceClock:
    """One open stream. All times are seconds of the clock that the blocks are stamped with.

    `is_steered`: the stream's pace is corrected by `speed`, else samples stay as they are. `drift` is what is known of
    the device from before: 1e-4 means that it gives a ten-thousandth less than `rate_hz`.
    """

    def __init__(self, rate_hz: int, start_s: float, *, is_steered: bool, drift: float = 0.0) -> None:
        self._rate_hz = rate_hz
        self._is_steered = is_steered
        self._counted_s = start_s
        self._buckets: deque[tuple[float, float]] = deque(maxlen=round(WINDOW_S / BUCKET_S))
        self._bucket_ends_s = start_s + BUCKET_S
        self._earliest: tuple[float, float] | None = None
        self._earliest_lag_s = float("inf")
        self._offset_s = 0.0
        self._offset_at_s = start_s
        self.drift = drift
        self.position_s = start_s
        self.speed = 1.0 - drift if is_steered else 1.0

    def lateness_s(self, at_s: float, frames: int) -> float:
        """How much later than expected `frames` more would be here at `at_s`; negative: earlier."""
        return at_s - (self.position_s + frames / (self._rate_hz * self.speed)) - self._expected_s(at_s)

    def receive(self, at_s: float, frames: int) -> None:
        """Take in a block whose last sample was here at `at_s`."""
        self.position_s += frames / (self._rate_hz * self.speed)
        self._counted_s += frames / self._rate_hz
        lag_s = at_s - self._counted_s
        if self._earliest is None or lag_s < self._earliest[1]:
            self._earliest = (at_s, lag_s)
        self._earliest_lag_s = min(self._earliest_lag_s, at_s - self.position_s)
        if at_s >= self._bucket_ends_s:
            self._close_bucket(at_s)

    def skip(self, gap_s: float) -> None:
        """Leave out a stretch of which nothing was received."""
        self.position_s += gap_s
        self._counted_s += gap_s

    def _expected_s(self, at_s: float) -> float:
        """What a block that is on time lags behind: nothing where the pace is steered, else what drifted so far."""
        return 0.0 if self._is_steered else self._offset_s + self.drift * (at_s - self._offset_at_s)

    def _close_bucket(self, at_s: float) -> None:
        if self._earliest is not None:
            self._buckets.append(self._earliest)
        if len(self._buckets) >= LEAST_BUCKETS:
            self._fit()
        if self._is_steered:
            made_up = max(-MOST_STEERING, min(MOST_STEERING, self._earliest_lag_s / STEERING_S))
            self.speed = (1.0 - self.drift) * (1.0 - made_up)
        self._earliest, self._earliest_lag_s = None, float("inf")
        self._bucket_ends_s = at_s + BUCKET_S

    def _fit(self) -> None:
        points = np.array(self._buckets)
        first, second = np.triu_indices(len(points), 1)
        rise = points[second] - points[first]
        self.drift = float(np.clip(np.median(rise[:, 1] / rise[:, 0]), -MOST_DRIFT, MOST_DRIFT))
        self._offset_at_s = float(points[-1, 0])
        self._offset_s = float(np.median(points[:, 1] - self.drift * (points[:, 0] - self._offset_at_s)))
