#include "edge/client_counts.h"

#include <thread>

#include <gtest/gtest.h>

namespace brink::edge {
namespace {

using Verdict = ClientCounts::Verdict;

net::IpAddress address(std::string_view text) { return *net::IpAddress::parse(text); }

TEST(ClientCounts, RefusesMoreOfOneAddressThanAllowed) {
  ClientCounts counts;
  EXPECT_EQ(counts.admit(address("192.0.2.1"), 100, 2), Verdict::kAdmitted);
  EXPECT_EQ(counts.admit(address("192.0.2.1"), 100, 2), Verdict::kAdmitted);
  EXPECT_EQ(counts.admit(address("192.0.2.1"), 100, 2), Verdict::kTooManyOfAddress);
  EXPECT_EQ(counts.admit(address("192.0.2.2"), 100, 2), Verdict::kAdmitted);
  counts.leave(address("192.0.2.1"));
  EXPECT_EQ(counts.admit(address("192.0.2.1"), 100, 2), Verdict::kAdmitted);
  EXPECT_EQ(counts.total(), 3u);
}

TEST(ClientCounts, CountsAnIpv6NetworkOf64BitsAsOneAddress) {
  ClientCounts counts;
  EXPECT_EQ(counts.admit(address("2001:db8::1"), 100, 1), Verdict::kAdmitted);
  EXPECT_EQ(counts.admit(address("2001:db8::ffff:1"), 100, 1), Verdict::kTooManyOfAddress);
  EXPECT_EQ(counts.admit(address("2001:db8:0:1::1"), 100, 1), Verdict::kAdmitted);
}

TEST(ClientCounts, RefusesMoreInAllThanAllowed) {
  ClientCounts counts;
  EXPECT_EQ(counts.admit(address("192.0.2.1"), 1, 10), Verdict::kAdmitted);
  EXPECT_EQ(counts.admit(address("192.0.2.2"), 1, 10), Verdict::kTooMany);
  EXPECT_EQ(counts.total(), 1u);
}

TEST(ClientCounts, KeepsCountFromSeveralThreads) {
  ClientCounts counts;
  constexpr int kThreads = 4, kRounds = 2000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&counts, t] {
      for (int i = 0; i < kRounds; ++i) {
        const net::IpAddress client =
            net::IpAddress::v4(static_cast<std::uint32_t>((t * kRounds + i) % 7 + 1));
        if (counts.admit(client, 1000, 1000) == Verdict::kAdmitted) counts.leave(client);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(counts.total(), 0u);
  EXPECT_EQ(counts.admit(address("192.0.2.1"), 1, 1), Verdict::kAdmitted);
}

}  // namespace
}  // namespace brink::edge
