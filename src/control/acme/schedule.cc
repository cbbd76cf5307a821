#include "control/acme/schedule.h"

#include <algorithm>

namespace brink::control::acme {
namespace {

// From -`most` to `most`.
std::chrono::seconds jitter(std::chrono::seconds most, Random& random) {
  if (most.count() <= 0) return std::chrono::seconds(0);
  const auto span = static_cast<std::uint64_t>(2 * most.count() + 1);
  return std::chrono::seconds(static_cast<std::int64_t>(random.below(span))) - most;
}

const Waiting* find_waiting(const Situation& situation, std::string_view name) {
  const auto found = std::ranges::find(situation.waiting, name, &Waiting::name);
  return found == situation.waiting.end() ? nullptr : &*found;
}

void keep_earlier(std::optional<WallTime>& next, WallTime time) {
  if (!next || time < *next) next = time;
}

// The names of a certificate that are still wanted, and that the order lacks.
std::vector<std::string> additions(const Situation& situation, const OwnedCertificate& certificate,
                                   const std::vector<std::string>& order, WallTime now) {
  std::vector<std::string> names;
  for (const std::string& name : certificate.names) {
    const Waiting* waiting = find_waiting(situation, name);
    if (waiting != nullptr && waiting->until > now) continue;
    if (std::ranges::binary_search(situation.wanted, name) && !has_name(order, name)) names.push_back(name);
  }
  return names;
}

}  // namespace

WallTime renewal_time(WallTime begin, WallTime end, Random& random) {
  const std::chrono::seconds lifetime = std::max(end - begin, std::chrono::seconds(0));
  return begin + lifetime * 2 / 3 + jitter(lifetime / 20, random);
}

std::chrono::seconds back_off(std::uint32_t failures, Random& random) {
  std::chrono::seconds pause = kFirstBackOff;
  for (std::uint32_t i = 1; i < failures && pause < kLongestBackOff; ++i) pause *= 2;
  pause = std::min(pause, kLongestBackOff);
  return pause + jitter(pause / 5, random);
}

bool has_name(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool covers(const std::vector<std::string>& names, std::string_view name) {
  const auto dot = name.find('.');
  return std::ranges::any_of(names, [&](std::string_view each) {
    if (each == name) return true;
    return each.starts_with("*.") && dot != std::string_view::npos && dot > 0 && name.front() != '*' &&
           each.substr(1) == name.substr(dot);
  });
}

Plan plan_for(const Situation& situation, WallTime now) {
  Plan plan;
  for (const std::string& name : situation.wanted) {
    std::optional<WallTime> good_until;  // the last to be renewed of those that have it
    for (const OwnedCertificate& each : situation.certificates) {
      if (covers(each.names, name)) good_until = std::max(good_until.value_or(each.renew), each.renew);
    }
    if (good_until && *good_until > now) {
      keep_earlier(plan.next, *good_until);
      continue;
    }
    const Waiting* waiting = find_waiting(situation, name);
    if (waiting != nullptr && waiting->until > now) {
      keep_earlier(plan.next, waiting->until);
    } else if (plan.order.size() < kMaxNames) {
      plan.order.push_back(name);
    } else {
      keep_earlier(plan.next, now);
    }
  }
  if (plan.order.empty()) return plan;
  std::vector<const OwnedCertificate*> smallest_first;
  for (const OwnedCertificate& each : situation.certificates) smallest_first.push_back(&each);
  std::ranges::sort(smallest_first, {},
                    [](const auto* each) { return std::pair(each->names.size(), each->id); });
  for (const OwnedCertificate* each : smallest_first) {
    const std::vector<std::string> more = additions(situation, *each, plan.order, now);
    if (plan.order.size() + more.size() > kMaxNames) continue;
    plan.order.insert(plan.order.end(), more.begin(), more.end());
  }
  std::ranges::sort(plan.order);
  return plan;
}

}  // namespace brink::control::acme
