"""A cubic spline through joint knots: twice continuously differentiable, at rest at both ends."""

from dataclasses import dataclass

import numpy as np

from skills.base import FloatArray, frozen_array


@dataclass(frozen=True)
class Spline:
    """The path through `knots` (M, DOF) at the rising parameters `at` (M,), M >= 2.

    The first derivative is 0 at the ends where `clamped`, else the second is (a natural spline, which does
    not bend at the ends: for a path that is retimed from rest to rest).
    """

    at: FloatArray
    knots: FloatArray
    clamped: bool
    _bend: FloatArray

    @classmethod
    def through(cls, at: FloatArray, knots: FloatArray, *, clamped: bool = False) -> "Spline":
        at, knots = frozen_array("at", at, (None,)), frozen_array("knots", knots, (len(at), None))
        return cls(at, knots, clamped, _second_derivatives(at, knots, clamped))

    @property
    def length(self) -> float:
        return float(self.at[-1])

    def derivatives(self, where: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Value and first three derivatives (N, DOF) at the parameters `where` (N,)."""
        left = np.clip(np.searchsorted(self.at, where, side="right") - 1, 0, len(self.at) - 2)
        step = (self.at[left + 1] - self.at[left])[:, None]
        t = np.asarray(where)[:, None] - self.at[left][:, None]
        y0, y1, m0, m1 = self.knots[left], self.knots[left + 1], self._bend[left], self._bend[left + 1]
        third = (m1 - m0) / step
        slope = (y1 - y0) / step - step * (2 * m0 + m1) / 6
        value = y0 + t * (slope + t * (m0 / 2 + t * third / 6))
        return value, slope + t * (m0 + t * third / 2), m0 + t * third, third


def _second_derivatives(at: FloatArray, knots: FloatArray, clamped: bool) -> FloatArray:
    """Solve the spline's tridiagonal system for the second derivatives (M, DOF) at the knots."""
    count, step = len(at), np.diff(at)
    slope = np.diff(knots, axis=0) / step[:, None]
    matrix, right = np.eye(count), np.zeros_like(knots)
    inner = np.arange(1, count - 1)
    matrix[inner, inner - 1] = step[:-1]
    matrix[inner, inner] = 2 * (step[:-1] + step[1:])
    matrix[inner, inner + 1] = step[1:]
    right[inner] = 6 * np.diff(slope, axis=0)
    if clamped:
        matrix[0, :2], right[0] = (2 * step[0], step[0]), 6 * slope[0]
        matrix[-1, -2:], right[-1] = (step[-1], 2 * step[-1]), -6 * slope[-1]
    bend = np.linalg.solve(matrix, right)
    bend.setflags(write=False)
    return np.asarray(bend)
