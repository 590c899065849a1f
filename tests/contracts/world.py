"""A small graph, written down once, on which the contract of the stores and the tests of the snapshot rest."""

from __future__ import annotations

from tests.support.graphs import entity, relation

LISA, ANNE = entity("artist:lisa", "LiSA", name_ja="リサ"), entity("artist:anne", "杏")
OMEGA, DIVER = entity("brand:omega", "Omega", aliases=("オメガ",)), entity("product:diver", "Diver")
CALM, BOLD = entity("kansei:calm", "穏やか"), entity("kansei:bold", "大胆")
FAN = entity("fan:one", "one")
EVERYTHING = (LISA, ANNE, OMEGA, DIVER, CALM, BOLD, FAN)

# LiSA and Omega in two steps: over Anne, over the product, over two attributes, and never over the fan.
TIED = relation("tied_up", "artist:lisa", "product:diver", attributes={"medium": "広告"})
MADE = relation("made_by", "product:diver", "brand:omega")
LISA_BOLD = relation("evokes", "artist:lisa", "kansei:bold", 0.5)
OMEGA_BOLD = relation("evokes", "brand:omega", "kansei:bold", 1.0, confidence=0.5)
LISA_CALM = relation("evokes", "artist:lisa", "kansei:calm", 0.25)
OMEGA_CALM = relation("evokes", "brand:omega", "kansei:calm", 0.25)
RELATED = relation("related", "artist:anne", "artist:lisa", 3.0)
ANNE_OMEGA = relation("tied_up", "artist:anne", "brand:omega")
FOLLOWS = relation("follows", "fan:one", "artist:lisa", 900.0)
LIKES = relation("likes", "fan:one", "brand:omega", 900.0)
WEB = (TIED, MADE, LISA_BOLD, OMEGA_BOLD, LISA_CALM, OMEGA_CALM, RELATED, ANNE_OMEGA, FOLLOWS, LIKES)
