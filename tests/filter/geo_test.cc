#include "filter/geo.h"

#include <gtest/gtest.h>

namespace brink::filter {
namespace {

std::string data(std::string_view name) {
  return std::string(BRINK_SOURCE_DIR "/tests/filter/data/") + std::string(name);
}

// Made by tests/filter/make_mmdb.py from the .json beside it.
std::shared_ptr<const Geo> places_and_networks() {
  const std::vector<std::string> files{data("places.mmdb"), data("networks.mmdb")};
  return Geo::open(files).value();
}

net::IpAddress address(std::string_view text) { return net::IpAddress::parse(text).value(); }

TEST(Geo, SaysWhatTheFilesKnowOfAnAddress) {
  const auto geo = places_and_networks();
  const Place place = geo->find(address("203.0.113.7"));
  EXPECT_EQ(place.country, "GB");
  EXPECT_EQ(place.continent, "EU");
  EXPECT_EQ(place.city, "London");
  EXPECT_EQ(place.region, "England");
  EXPECT_EQ(place.region_code, "ENG");
  EXPECT_EQ(place.second_region_code, "LND");
  EXPECT_EQ(place.postal_code, "EC1");
  EXPECT_EQ(place.time_zone, "Europe/London");
  EXPECT_EQ(place.metro_code, 807);
  EXPECT_TRUE(place.has_position);
  EXPECT_DOUBLE_EQ(place.latitude, 51.5);
  EXPECT_DOUBLE_EQ(place.longitude, -0.12);
  EXPECT_EQ(place.as_number, 64496u);
}

TEST(Geo, ReadsTheFlatFormsOfOtherMakersToo) {
  const auto geo = places_and_networks();
  const Place place = geo->find(address("2001:db8::1"));
  EXPECT_EQ(place.country, "FR");
  EXPECT_EQ(place.continent, "EU");
  EXPECT_EQ(place.as_number, 64511u);
}

TEST(Geo, TakesWhereAnAddressIsRegisteredWhenNobodyKnowsWhereItIs) {
  EXPECT_EQ(places_and_networks()->find(address("198.51.100.1")).country, "US");
}

TEST(Geo, LeavesEmptyWhatNoFileKnows) {
  const auto geo = places_and_networks();
  for (const std::string_view text : {"192.0.2.1", "198.51.100.200", "2001:db9::1"}) {
    const Place place = geo->find(address(text));
    EXPECT_EQ(place.country, "") << text;
    EXPECT_EQ(place.as_number, 0u) << text;
    EXPECT_FALSE(place.has_position) << text;
  }
  EXPECT_EQ(geo->find(address("203.0.113.200")).as_number, 0u);
}

TEST(Geo, SaysWhichFileCannotBeUsed) {
  const std::vector<std::string> missing{data("none.mmdb")};
  EXPECT_EQ(
      Geo::open(missing).error(),
      data("none.mmdb") + " cannot be used as a MaxMind DB: Error opening the specified MaxMind DB file");
  const std::vector<std::string> no_database{data("places.json")};
  EXPECT_TRUE(Geo::open(no_database).error().contains("invalid metadata")) << Geo::open(no_database).error();
}

TEST(EuropeanUnion, IsItsCountriesAndTheirOutermostRegions) {
  for (const std::string_view country : {"DE", "FR", "RE", "YT", "AX"})
    EXPECT_TRUE(is_in_european_union(country));
  for (const std::string_view country : {"GB", "CH", "NO", "XX", ""})
    EXPECT_FALSE(is_in_european_union(country));
}

}  // namespace
}  // namespace brink::filter
