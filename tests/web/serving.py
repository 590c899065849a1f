"""The small world served as the product serves: by its own web server, in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from world import World

from kyokan.platform.server import WebServer
from kyokan.platform.settings import Settings
from kyokan.web import create_app


class WorldServer(WebServer):
    """The product's server and its limits, over the small world instead of a store of the settings."""

    def load(self):
        return create_app(World(self.settings.home))


if __name__ == "__main__":
    WorldServer(Settings(home=Path(sys.argv[1]), port=int(sys.argv[2]), web_workers=1)).run()
