"""From a drawing to networks: things and what joins them, what the figure's kind makes of them, nets."""
