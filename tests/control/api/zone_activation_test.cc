#include "control/api/zone_activation.h"

#include "store/zones.h"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

const store::Id kZone = *store::Id::parse(std::string(32, '1'));
const store::Id kAccount = *store::Id::parse(std::string(32, 'a'));

// The DNS as these tests have it.
std::optional<std::vector<std::string>> delegated(const std::string& zone) {
  if (zone == "ours.example") return std::vector<std::string>{"ns9.elsewhere.example", "NS1.brink.example"};
  if (zone == "dead.example") return std::nullopt;
  return std::vector<std::string>{"ns1.elsewhere.example"};
}

class Activation : public testing::Test {
 protected:
  Activation() {
    std::string name = (std::filesystem::temp_directory_path() / "activation-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    environment_ =
        *store::Environment::open(directory_ + "/store", store::Environment::Mode::kWrite, 64u << 20);
    writer_ = std::make_unique<store::Writer>(*environment_, loop_);
  }
  ~Activation() override {
    writer_.reset();
    environment_.reset();
    std::filesystem::remove_all(directory_);
  }

  store::ZoneStatus status_after_check(const std::string& name) {
    EXPECT_TRUE(writer_->apply_now([&](store::WriteTransaction& transaction) -> Result<> {
      return store::zones::put(
          transaction,
          {.id = kZone, .account = kAccount, .name = name, .name_servers = {"ns1.brink.example"}});
    }));
    ZoneActivation activation(*environment_, *writer_, loop_, &delegated);
    EXPECT_TRUE(activation.start());
    const std::uint64_t before = environment_->sequence();
    EXPECT_TRUE(activation.check_soon(kZone, {.actor_context = "test"}));
    const auto until = loop_.after(std::chrono::milliseconds(name == "ours.example" ? 10'000 : 200));
    while (environment_->sequence() == before && !until.has_passed(loop_.now())) loop_.run_once(until);
    TaskGroup ending("ending", loop_);
    ending.spawn(activation.finish());
    while (ending.running() > 0) loop_.run_once(loop_.after(std::chrono::seconds(1)));
    return store::zones::get(**environment_->read(), kZone)->status;
  }

  std::string directory_;
  Loop loop_;
  std::unique_ptr<store::Environment> environment_;
  std::unique_ptr<store::Writer> writer_;
};

TEST_F(Activation, MakesAZoneActiveWhoseParentNamesOneOfItsServers) {
  EXPECT_EQ(status_after_check("ours.example"), store::ZoneStatus::kActive);
}

TEST_F(Activation, LeavesAZoneThatIsDelegatedElsewhere) {
  EXPECT_EQ(status_after_check("theirs.example"), store::ZoneStatus::kPending);
}

TEST_F(Activation, LeavesAZoneOfWhichTheDnsSaysNothing) {
  EXPECT_EQ(status_after_check("dead.example"), store::ZoneStatus::kPending);
}

}  // namespace
}  // namespace brink::control::api
