#include "date.h"

bool is_leap(int year) {
    return year % 4 == 0 && year % 100 != 0;
}

int days_in_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month == 2 && is_leap(year)) return 29;
    return days[month - 1];
}

int day_of_year(const Date& date) {
    int total = date.day;
    for (int month = 1; month <= date.month; ++month) {
        total += days_in_month(date.year, month);
    }
    return total;
}

int days_between(const Date& from, const Date& to) {
    if (to.year < from.year) return -days_between(to, from);
    int total = day_of_year(to) - day_of_year(from);
    for (int year = from.year; year < to.year; ++year) {
        total += is_leap(year) ? 366 : 365;
    }
    return total;
}
