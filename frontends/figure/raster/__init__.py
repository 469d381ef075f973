"""The raster reader: a `Drawing` from pixels, by closed contours, skeletons and OCR."""
