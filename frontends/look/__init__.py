"""Pictures of what was read: a page, a figure or a picture file with boxes, arrows and readings drawn over it."""

from dlc.frontends.look.views import View, draw, draw_picture, exhibit_view, page_views

__all__ = ["View", "draw", "draw_picture", "exhibit_view", "page_views"]
