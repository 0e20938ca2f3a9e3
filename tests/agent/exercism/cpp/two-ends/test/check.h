#pragma once

void check(bool right);
int failures();
