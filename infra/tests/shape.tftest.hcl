# What a deployment looks like, as far as an assertion of Terraform says it well; tests/infra/promises.py has the rest.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project_id    = "acme-identity"
  region        = "europe-west1"
  admin_members = ["user:barbara@example.com"]
}

run "by_default" {
  command = plan

  assert {
    condition     = output.base_url == "https://scim-bridge-scim-123456789012.europe-west1.run.app"
    error_message = "The public address is the function's own."
  }
  assert {
    condition     = output.admin_command == "gcloud run services proxy scim-bridge-admin --region=europe-west1 --project=acme-identity --port=8081"
    error_message = "The command for the admin page is another."
  }
  assert {
    condition     = output.public_access_command == "" && length(google_cloud_run_v2_service_iam_member.public) == 1
    error_message = "allUsers is let through to the public function."
  }
  assert {
    condition     = output.egress_ip == "" && output.domain_address == "" && output.workspace_client_id == ""
    error_message = "What was not asked for is empty."
  }
  assert {
    condition     = length(google_compute_network.egress) == 0 && length(google_compute_global_address.edge) == 0
    error_message = "Nothing is made that costs something and was not asked for."
  }
  assert {
    condition     = keys(google_cloud_scheduler_job.job) == ["confirm", "reconcile", "settle"]
    error_message = "There are two clocks."
  }
}

run "with_the_invoker_check_off" {
  command = plan
  variables {
    public_access = "invoker_check_off"
  }

  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.public) == 0
    error_message = "Nothing is granted to allUsers."
  }
  assert {
    condition     = output.public_access_command == "gcloud run services update scim-bridge-scim --region=europe-west1 --project=acme-identity --no-invoker-iam-check"
    error_message = "The command that switches the check off is another."
  }
  assert {
    condition     = strcontains(output.next_step, "public_access_command")
    error_message = "The next step names the command."
  }
}

run "with_a_domain" {
  command = plan
  variables {
    domain            = "scim.example.com"
    allowed_ip_ranges = [for number in range(25) : "192.0.2.${number}/32"]
  }

  assert {
    condition     = output.scim_base_url == "https://scim.example.com/scim/v2"
    error_message = "Identity providers are told the domain."
  }
  assert {
    condition     = [for rule in google_compute_security_policy.edge[0].rule : rule.action if rule.priority == 2147483647] == ["deny(403)"]
    error_message = "Who is not allowed is refused."
  }
  assert {
    condition     = alltrue([for rule in google_compute_security_policy.edge[0].rule : length(flatten(rule.match[*].config[*].src_ip_ranges)) <= 10])
    error_message = "A rule takes at most ten ranges."
  }
  assert {
    condition     = sum([for rule in google_compute_security_policy.edge[0].rule : length(flatten(rule.match[*].config[*].src_ip_ranges)) if rule.action == "throttle"]) == 25
    error_message = "Every range has a rule."
  }
}
