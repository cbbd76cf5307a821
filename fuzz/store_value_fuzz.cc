// Rows of the store as any bytes: what is no row reads as nothing, and no view lies outside of the bytes. The
// first byte says where the key ends.
#include "base/assert.h"
#include "store/rows.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace brink::store;  // NOLINT: a fuzz target is a leaf

struct Input {
  std::string_view key;
  std::string_view value;

  void has(std::string_view view) const {
    const auto lies_in = [view](std::string_view whole) {
      return view.data() >= whole.data() && view.data() + view.size() <= whole.data() + whole.size();
    };
    BRINK_ASSERT(view.empty() || lies_in(value) || lies_in(key));
  }
  void has(const std::vector<std::string_view>& views) const {
    for (const auto view : views) has(view);
  }
};

void read_tuple(const Input& input) {
  const auto tuple = TupleView::parse(input.value);
  if (!tuple) return;
  std::size_t total = 0;
  for (std::size_t field = 0; field < tuple->count() + 1; ++field) {
    input.has(tuple->text(field));
    input.has(tuple->texts(field));
    total += tuple->text(field).size();
    (void)tuple->number(field);
    (void)tuple->time(field);
  }
  BRINK_ASSERT(total <= input.value.size());
}

void read_rows(const Input& input) {
  const auto& [key, value] = input;
  if (const auto row = rows::account(key, value)) input.has({row->name, row->settings});
  if (const auto row = rows::user(key, value)) input.has({row->email, row->profile});
  if (const auto row = rows::zone(key, value)) {
    input.has({row->name, row->declared_in, row->declaration});
    input.has(row->name_servers);
  }
  if (const auto row = rows::setting(key, value)) input.has({row->id, row->value});
  if (const auto row = rows::dns_record(key, value)) {
    input.has(
        {row->name, row->content, row->rdata, row->data, row->comment, row->settings, row->declared_in});
    input.has(row->tags);
  }
  if (const auto row = rows::certificate(key, value)) {
    input.has({row->chain, row->key, row->ocsp, row->issuer, row->signature, row->details});
    input.has(row->hosts);
  }
  if (const auto row = rows::origin_certificate(key, value)) {
    input.has({row->serial, row->certificate, row->csr, row->request_type});
    input.has(row->hosts);
  }
  if (const auto row = rows::token(key, value)) input.has({row->name, row->policies, row->condition});
  if (const auto row = rows::audit_entry(key, value)) {
    input.has({row->action, row->actor_email, row->actor_address, row->actor_context, row->token_name,
               row->ray, row->method, row->uri, row->user_agent, row->zone_name, row->resource_type,
               row->resource, row->before, row->after});
  }
  if (const auto row = rows::ruleset(key, value))
    input.has({row->kind, row->phase, row->document, row->declared_in});
  if (const auto row = rows::ruleset_version(key, value)) input.has(row->document);
  if (const auto row = rows::older_rule(key, value)) input.has(row->document);
  if (const auto row = rows::list(key, value)) input.has({row->name, row->description});
  if (const auto chunk = rows::list_chunk(key, value)) {
    input.has(*chunk);
    for (const auto bytes : *chunk) {
      if (const auto row = rows::list_item(bytes)) input.has({row->value, row->target, row->comment});
    }
  }
  if (const auto row = rows::operation(key, value)) {
    input.has({row->key, row->value});
    (void)zone_of(*row);
  }
  if (const auto parts = rows::dns_record_key(key))
    input.has({parts->zone, parts->name, parts->id, parts->place});
  if (const auto parts = rows::host_certificate_key(key)) input.has({parts->host, parts->id});
}

// A name that has a key gets it again from the key's own text.
void read_names(const Input& input) {
  if (const auto name = name_key(input.value)) BRINK_ASSERT(name_key(name_of_key(*name)) == *name);
  (void)name_of_key(input.key);
  for (std::string_view key = input.key; !key.empty(); key = parent_key(key))
    BRINK_ASSERT(parent_key(key).size() < key.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = std::min<std::size_t>(data[0], bytes.size());
  const Input input{bytes.substr(0, cut), bytes.substr(cut)};
  read_tuple(input);
  read_rows(input);
  read_names(input);
  return 0;
}
