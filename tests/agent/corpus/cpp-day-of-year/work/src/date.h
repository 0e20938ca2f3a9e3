#pragma once

struct Date {
    int year;
    int month;  // 1 to 12
    int day;    // 1 to 31
};

bool is_leap(int year);
int days_in_month(int year, int month);

// 1 for the first of January, 365 or 366 for the last of December.
int day_of_year(const Date& date);

// Days from `from` to `to`; negative if `to` is earlier.
int days_between(const Date& from, const Date& to);
