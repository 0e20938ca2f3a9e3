#include "check.h"

static int wrong = 0;

void check(bool right) {
  if (!right) ++wrong;
}

int failures() {
  return wrong;
}
