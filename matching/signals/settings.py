"""The few constants of the signals, in one place, each with its meaning and why it has its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSettings:
    """Constants that are chosen, not learned.

    The ``…_unit`` constants bring every signal to one scale: 0 is chance, about 1 a strong case. They are constants and
    not taken from the pair or the ranking, so that the parts of a value keep their size when another part goes.
    """

    telling_prior: float = 2.0  # pseudo-entities behind every attribute: a term seen once is not yet very telling
    inherited: float = 0.5  # confidence a product keeps of a value that only its brand is known for
    clash: float = 0.5  # cost of evoking the opposite, beside the gain of evoking the same
    resonance_unit: float = 3.0  # nats of telling overlap

    complement_prior: float = 3.0  # pseudo-observations of chance behind each pair of attributes
    complement_tie_ups: int = 20  # fewer than this teach nothing
    complement_unit: float = 2.0  # typical values (root mean square over the tied-up) that make a strong case

    meaning_unit: float = 0.25  # centred cosine

    bridge_prior: float = 5.0  # pseudo-fans of chance behind each pair of audiences
    bridge_unit: float = 1.5  # nats of lift

    walk_steps: int = 4
    walk_damping: float = 0.6  # chance to go on at each step
    walk_prior: float = 1.0  # added to every degree, so that one lone edge is not everything
    walk_probes: int = 32  # entities of each side from which the unit of the walk is measured
    walk_unit: float = 3.0  # typical values (root mean square over probe pairs) that make a strong case

    precedent_half_life: float = 10.0  # years after which a tie-up counts half
    artist_ridge: float = 1.0  # of two-step kernel ridge regression over artists, in units of kinship
    brand_ridge: float = 6.0  # likewise over brands
    choice_prior: float = 1.0  # tie-ups of no preference behind what some artists chose

    reach_prior: float = 20.0  # pseudo-people behind each audience
    reach_unit: float = 2.0  # nats above the typical audience

    rival_likeness: float = 0.6  # likeness from which two of one category are rivals
    known_kansei: int = 3  # fewer known attributes and nothing else: too little known
