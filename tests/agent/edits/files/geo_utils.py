"""Distances and boxes on a sphere."""

import math

EARTH_RADIUS_KM = 6371.0


def to_radians(point):
	lat, lon = point
	return math.radians(lat), math.radians(lon)


def haversine(a, b):
	lat1, lon1 = to_radians(a)
	lat2, lon2 = to_radians(b)
	dlat = lat2 - lat1
	dlon = lon2 - lon1
	h = math.sin(dlat / 2) ** 2
	h += math.cos(lat1) * math.cos(lat2) * math.sin(dlon / 2) ** 2
	return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(h))


class BoundingBox:
	def __init__(self, south, west, north, east):
		self.south = south
		self.west = west
		self.north = north
		self.east = east

	def contains(self, point):
		lat, lon = point
		if lat < self.south or lat > self.north:
			return False
		if self.west <= self.east:
			return self.west <= lon <= self.east
		return lon >= self.west or lon <= self.east

	def expand(self, point):
		lat, lon = point
		self.south = min(self.south, lat)
		self.north = max(self.north, lat)
		self.west = min(self.west, lon)
		self.east = max(self.east, lon)

	def center(self):
		return (
			(self.south + self.north) / 2,
			(self.west + self.east) / 2,
		)


def path_length(points):
	total = 0.0
	for start, end in zip(points, points[1:]):
		total += haversine(start, end)
	return total


def nearest(origin, candidates):
	best = None
	best_distance = float("inf")
	for candidate in candidates:
		distance = haversine(origin, candidate)
		if distance < best_distance:
			best = candidate
			best_distance = distance
	return best
