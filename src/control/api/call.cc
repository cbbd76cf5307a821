#include "control/api/call.h"

#include "base/ascii.h"
#include "base/assert.h"
#include "http/field_name.h"

namespace brink::control::api {
namespace {

// What the writer's thread makes and the call takes. Shared, for either may be gone before the other.
struct Made {
  AuditOrigin origin;
  Change change;
  std::optional<Outcome<Json>> outcome;
};

constexpr std::size_t kMaxLoggedBytes = 1024;  // of a field that a client sent

std::string cut(std::string_view text) { return std::string(text.substr(0, kMaxLoggedBytes)); }

}  // namespace

// The API itself refused a change; what it said is beside it.
enum class ChangeRefused { kRefused = 1 };
const ErrorDomain& error_domain(ChangeRefused) {
  static const class final : public ErrorDomain {
    [[nodiscard]] std::string_view name() const override { return "api"; }
    [[nodiscard]] std::string message(int, std::int64_t) const override { return "the change was refused"; }
  } domain;
  return domain;
}

const store::Id& Call::id(std::string_view name) const {
  for (const Parameter& parameter : parameters_) {
    if (parameter.name == name && parameter.id) return *parameter.id;
  }
  BRINK_ASSERT(false);  // the endpoint's pattern has no such parameter
  std::abort();
}

std::string_view Call::text(std::string_view name) const {
  for (const Parameter& parameter : parameters_) {
    if (parameter.name == name) return parameter.text;
  }
  BRINK_ASSERT(false);
  std::abort();
}

void Call::add_parameter(std::string name, std::string text, std::optional<store::Id> id) {
  parameters_.push_back({std::move(name), std::move(text), id});
}

const store::ReadTransaction& Call::read() const {
  BRINK_ASSERT(read_ != nullptr);
  return *read_;
}

const store::Zone& Call::zone() const {
  BRINK_ASSERT(zone_.has_value() && read_ != nullptr);
  return *zone_;
}

store::Time Call::now() const {
  return std::chrono::floor<std::chrono::microseconds>(services.loop.wall_now());
}

Outcome<> Call::begin_read() {
  read_ = BRINK_TRY(services.store.read());
  return {};
}

AuditOrigin Call::audit_origin() const {
  return {.actor = caller.user,
          .actor_email = caller.email,
          .actor_address = caller.address,
          .actor_context = std::string(caller.context()),
          .token = caller.token,
          .token_name = caller.token_name,
          .ray = ray,
          .method = std::string(head.method_name),
          .uri = cut(head.target),
          .user_agent = cut(head.fields.value(http::FieldName::kUserAgent))};
}

Task<Outcome<Json>> Call::change(Change change) {
  end_read();
  auto made = std::make_shared<Made>(audit_origin(), std::move(change));
  const std::uint64_t seed = services.random.next();
  const auto committed =
      co_await services.writer.apply([made, seed](store::WriteTransaction& transaction) -> Result<> {
        Changing changing(transaction, made->origin, seed);
        made->outcome = made->change(changing);
        if (!*made->outcome) return fail(ChangeRefused::kRefused);
        return {};
      });
  if (committed) co_return std::move(*made->outcome);
  // The writer's thread is done with it: only then is this its answer.
  if (committed.error().is(ChangeRefused::kRefused)) co_return std::move(*made->outcome);
  co_return std::unexpected(ApiError(committed.error()));
}

}  // namespace brink::control::api
