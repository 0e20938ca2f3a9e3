#include "hearth/agent/sandbox/host_pattern.h"

#include <gtest/gtest.h>

namespace hearth::agent {
namespace {

TEST(HostPattern, MeansAHostWhateverItsCase) {
  EXPECT_TRUE(matches_host("Example.org", "example.ORG", 443));
  EXPECT_TRUE(matches_host("example.org", "example.org.", 443));
  EXPECT_FALSE(matches_host("example.org", "www.example.org", 443));
  EXPECT_FALSE(matches_host("example.org", "example.org.evil.test", 443));
  EXPECT_FALSE(matches_host("example.org", "notexample.org", 443));
}

TEST(HostPattern, AStarMeansThoseBelow) {
  EXPECT_TRUE(matches_host("*.example.org", "www.example.org", 80));
  EXPECT_TRUE(matches_host("*.example.org", "a.b.example.org", 80));
  EXPECT_FALSE(matches_host("*.example.org", "example.org", 80));
  EXPECT_FALSE(matches_host("*.example.org", "notexample.org", 80));
}

TEST(HostPattern, APortIsThatPort) {
  EXPECT_TRUE(matches_host("example.org:8080", "example.org", 8080));
  EXPECT_FALSE(matches_host("example.org:8080", "example.org", 443));
  EXPECT_TRUE(matches_host("[::1]:8080", "::1", 8080));
  EXPECT_FALSE(matches_host("[::1]:8080", "::1", 80));
  EXPECT_TRUE(matches_host("[::1]", "::1", 80));
  EXPECT_TRUE(matches_host("::1", "::1", 80));
}

TEST(HostPattern, IsNoUrlAndNoWildcardElsewhere) {
  for (const char* good : {"a", "a.b", "*.a.b", "a:1", "127.0.0.1", "::1", "[::1]:65535", "a_b"}) {
    EXPECT_TRUE(is_host_pattern(good)) << good;
  }
  for (const char* bad : {"", "*", "*.", "a/b", "http://a", "a:0", "a:x", "a:65536", "a.*", "[::1",
                          "[::1]x", "a b", "a:"}) {
    EXPECT_FALSE(is_host_pattern(bad)) << bad;
  }
}

}  // namespace
}  // namespace hearth::agent
