#include "mesh.h"

#include <cmath>
#include <fstream>
#include <iostream>
#include <sstream>

namespace geo {

Vec3 cross(const Vec3 &a, const Vec3 &b)
{
	return {
		a.y * b.z - a.z * b.y,
		a.z * b.x - a.x * b.z,
		a.x * b.y - a.y * b.x,
	};
}

float length(const Vec3 &v)
{
	return std::sqrt(v.x * v.x + v.y * v.y + v.z * v.z);
}

bool Mesh::load(const std::string &path)
{
	std::ifstream in(path);
	if (!in) {
		std::cerr << "cannot open \"" << path << "\"\n";
		return false;
	}
	std::string line;
	int number = 0;
	while (std::getline(in, line)) {
		++number;
		std::istringstream words(line);
		std::string tag;
		words >> tag;
		if (tag == "v") {
			Vec3 p;
			words >> p.x >> p.y >> p.z;
			positions.push_back(p);
		} else if (tag == "vn") {
			Vec3 n;
			words >> n.x >> n.y >> n.z;
			normals.push_back(n);
		} else if (tag == "f") {
			Face f;
			words >> f.a >> f.b >> f.c;
			faces.push_back(f);
		} else if (!tag.empty() && tag[0] != '#') {
			std::cerr << path << ":" << number << ": unknown tag\n";
		}
	}
	return true;
}

void Mesh::computeNormals()
{
	normals.assign(positions.size(), Vec3{0, 0, 0});
	for (const Face &f : faces) {
		Vec3 ab = positions[f.b] - positions[f.a];
		Vec3 ac = positions[f.c] - positions[f.a];
		Vec3 n = cross(ab, ac);
		normals[f.a] += n;
		normals[f.b] += n;
		normals[f.c] += n;
	}
	for (Vec3 &n : normals) {
		float len = length(n);
		if (len > 0.0f) {
			n /= len;
		}
	}
}

Box Mesh::bounds() const
{
	Box box;
	for (const Vec3 &p : positions) {
		box.min.x = std::min(box.min.x, p.x);
		box.min.y = std::min(box.min.y, p.y);
		box.min.z = std::min(box.min.z, p.z);
		box.max.x = std::max(box.max.x, p.x);
		box.max.y = std::max(box.max.y, p.y);
		box.max.z = std::max(box.max.z, p.z);
	}
	return box;
}

} // namespace geo
