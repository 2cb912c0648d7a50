output "base_url" {
  description = "Public origin of the bridge; every link in an answer begins with it."
  value       = local.base_url
}

output "scim_base_url" {
  description = "What an identity provider asks for as base URL, tenant URL or connector base URL."
  value       = "${local.base_url}/scim/v2"
}

output "urls" {
  description = "Addresses of the three functions. Only scim is open without a Google identity."
  value       = local.urls
}

output "admin_command" {
  description = "Opens the admin page at http://127.0.0.1:8081 for whoever is one of admin_members."
  value       = "gcloud run services proxy ${google_cloudfunctions2_function.face["admin"].name} --region=${var.region} --project=${var.project_id} --port=8081"
}

output "public_access_command" {
  description = "What has to be run after every apply with public_access = invoker_check_off; empty otherwise."
  value       = var.public_access == "invoker_check_off" ? "gcloud run services update ${google_cloudfunctions2_function.face["scim"].name} --region=${var.region} --project=${var.project_id} --no-invoker-iam-check" : ""
}

output "secrets" {
  description = "The secrets whose values have to be added, by what the bridge calls them."
  value       = { for name, secret in google_secret_manager_secret.secret : name => secret.secret_id }
}

output "egress_ip" {
  description = "Address that calls of the target come from, for its firewall rules; empty without static_egress_ip."
  value       = join("", google_compute_address.egress[*].address)
}

output "domain_address" {
  description = "Address that the A record of domain has to name; empty without domain."
  value       = join("", google_compute_global_address.edge[*].address)
}

output "workspace_client_id" {
  description = "Client id to enter under domain-wide delegation in the Google Workspace admin console; empty without pull_schedule."
  value       = local.pulls ? google_service_account.account["jobs"].unique_id : ""
}

output "service_accounts" {
  description = "The account each part runs as."
  value       = { for name, account in google_service_account.account : name => account.email }
}

output "kept" {
  description = "What a destroy has to leave: the address of each in the state, and its id to import it again with."
  value = merge(
    { "google_firestore_database.bridge" = "projects/${var.project_id}/databases/${google_firestore_database.bridge.name}" },
    { for name, secret in google_secret_manager_secret.secret : "google_secret_manager_secret.secret[\"${name}\"]" => "projects/${var.project_id}/secrets/${secret.secret_id}" },
  )
}

output "next_step" {
  description = "What to do now."
  value = join("\n", concat(
    ["Add a value to each of: ${join(", ", [for secret in google_secret_manager_secret.secret : secret.secret_id])} (`make deploy` does)."],
    var.public_access == "invoker_check_off" ? ["Run the command in public_access_command."] : [],
    local.has_domain ? ["Point ${var.domain} at ${google_compute_global_address.edge[0].address}; the certificate follows within the hour."] : [],
    local.pulls ? ["Enter workspace_client_id under domain-wide delegation in the Google Workspace admin console."] : [],
    ["Enter ${local.base_url}/scim/v2 and the token at the identity provider."],
  ))
}
