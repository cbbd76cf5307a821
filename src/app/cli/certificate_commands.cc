// brink cert list, upload, delete and origin-ca.
#include "app/cli/commands.h"
#include "app/cli/node.h"
#include "app/cli/output.h"
#include "tls/authority.h"
#include "tls/file.h"
#include "tls/origin_ca.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace brink::app::cli {
namespace {

struct Options {
  Common common;
  std::string zone;
  std::string id;                // of delete
  std::string certificate_path;  // of upload
  std::string key_path;
};

const std::vector<Column> kColumns = {
    {"ID", "id"},         {"HOSTS", "hosts"},       {"ISSUER", "issuer"},
    {"STATUS", "status"}, {"PRIORITY", "priority"}, {"EXPIRES", "expires_on"}};

// Tables show texts: the hosts as one.
Json as_row(Json certificate) {
  std::string hosts;
  for (const Json& host : certificate.value("hosts", Json::array()))
    hosts += (hosts.empty() ? "" : " ") + (host.is_string() ? host.get<std::string>() : host.dump());
  certificate["hosts"] = hosts;
  return certificate;
}

// The zone's custom certificates, below /client/v4.
std::expected<std::string, std::string> path_of(const LocalApi& api, const Options& options) {
  const auto zone = zone_id_of(api, options.zone);
  if (!zone) return std::unexpected(zone.error());
  return fmt::format("/zones/{}/custom_certificates", *zone);
}

int list(const Options& options) {
  constexpr std::string_view kCommand = "cert list";
  const auto api = api_of(options.common);
  if (!api) return complain(kCommand, api.error());
  const auto path = path_of(*api, options);
  if (!path) return complain(kCommand, path.error());
  const auto found = api->list(*path);
  if (!found) return complain(kCommand, found.error());
  Json rows = *found;
  if (!options.common.json) {
    for (Json& row : rows) row = as_row(std::move(row));
  }
  print_rows(rows, kColumns, options.common.json);
  return 0;
}

int upload(const Options& options) {
  constexpr std::string_view kCommand = "cert upload";
  const auto certificate = tls::read_file(options.certificate_path);
  if (!certificate)
    return complain(kCommand, fmt::format("{}: {}", options.certificate_path, certificate.error().text()));
  const auto key = tls::read_file(options.key_path);
  if (!key) return complain(kCommand, fmt::format("{}: {}", options.key_path, key.error().text()));
  const auto api = api_of(options.common);
  if (!api) return complain(kCommand, api.error());
  const auto path = path_of(*api, options);
  if (!path) return complain(kCommand, path.error());
  const auto made = api->call("POST", *path, {{"certificate", *certificate}, {"private_key", *key}});
  if (!made) return complain(kCommand, made.error());
  print_rows(options.common.json ? made->result : Json::array({as_row(made->result)}), kColumns,
             options.common.json);
  return 0;
}

int remove(const Options& options) {
  constexpr std::string_view kCommand = "cert delete";
  const auto api = api_of(options.common);
  if (!api) return complain(kCommand, api.error());
  const auto path = path_of(*api, options);
  if (!path) return complain(kCommand, path.error());
  const auto done = api->call("DELETE", *path + "/" + percent_encoded(options.id));
  if (!done) return complain(kCommand, done.error());
  if (options.common.json) print_text(done->result.dump() + "\n");
  return 0;
}

int print_origin_ca(const Options& options) {
  constexpr std::string_view kCommand = "cert origin-ca";
  const auto data_dir = data_dir_of(options.common);
  if (!data_dir) return complain(kCommand, data_dir.error());
  const std::string path = tls::authority_path(tls::origin_ca_directory(*data_dir));
  const auto certificate = tls::read_file(path);
  if (!certificate) {
    return complain(
        kCommand, fmt::format("{}: {} (it is made when Brink first runs)", path, certificate.error().text()));
  }
  print_text(options.common.json ? Json{{"certificate", *certificate}}.dump(2) + "\n" : *certificate);
  return 0;
}

}  // namespace

void add_certificate_commands(CLI::App& app, Chosen& chosen) {
  auto* cert =
      app.add_subcommand("cert", "List, upload and delete certificates of zones; print that of the origin CA")
          ->require_subcommand(1);
  const auto add = [&](const char* name, const char* meaning, int (*run)(const Options&)) {
    auto* command = cert->add_subcommand(name, meaning);
    auto options = std::make_shared<Options>();
    add_common_options(*command, options->common);
    command->callback([&chosen, options, run] { chosen = [options, run] { return run(*options); }; });
    return std::pair(command, options);
  };
  const auto add_for_zone = [&](const char* name, const char* meaning, int (*run)(const Options&)) {
    auto [command, options] = add(name, meaning, run);
    command->add_option("zone", options->zone, "the zone's name")->required();
    return std::pair(command, options);
  };

  add_for_zone("list", "List the certificates that were uploaded for a zone", list);
  auto [uploading, uploaded] = add_for_zone("upload", "Show this certificate to the zone's visitors", upload);
  uploading->add_option("--certificate", uploaded->certificate_path, "a PEM file: it, then its chain")
      ->type_name("FILE")
      ->required();
  uploading->add_option("--key", uploaded->key_path, "a PEM file with its private key")
      ->type_name("FILE")
      ->required();
  auto [deleting, deleted] = add_for_zone("delete", "Delete one of them", remove);
  deleting->add_option("id", deleted->id, "its id")->required();
  add("origin-ca", "Print the certificate of the node's origin CA, which `ssl = strict` trusts",
      print_origin_ca);
}

}  // namespace brink::app::cli
