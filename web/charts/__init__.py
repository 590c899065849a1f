"""Small charts drawn as SVG on the server; positions are percentages, so that they stretch without distortion."""
