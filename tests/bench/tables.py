"""One table per subject: our figure, the other's, their ratio, the goal, and whether it is met."""
import statistics


def median(rows, key):
    return statistics.median(row[key] for row in rows)


class Table:
    """Prints rows as they come. A goal is ("<=" or ">=", bound) on the ratio ours / other's."""

    judged = missed = 0  # goals, of all tables

    def __init__(self, title, unit=""):
        print(f"\n{title}{f' ({unit})' if unit else ''}")
        print(f"  {'':<46} {'figure':>10} {'other':>10} {'ratio':>8}  goal")

    def row(self, what, ours, other=None, goal=None):
        ratio = ours / other if other else None
        self._print(what, ours, other, ratio, goal, ratio)

    def bound(self, what, ours, goal=None):
        """A goal on the figure itself."""
        self._print(what, ours, None, None, goal, ours)

    def _print(self, what, ours, other, ratio, goal, judged):
        text = ""
        if goal and judged is None:
            raise RuntimeError(f"{what}: a goal without a figure: {ours} of {other}")
        if goal:
            sign, bound = goal
            met = judged <= bound if sign == "<=" else judged >= bound
            Table.judged += 1
            Table.missed += not met
            text = f"{sign} {bound:g}  {'met' if met else 'MISSED'}"
        print(f"  {what:<46} {number(ours):>10} {number(other):>10} {number(ratio):>8}  {text}",
              flush=True)


def number(value):
    """Three or four significant digits."""
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"
