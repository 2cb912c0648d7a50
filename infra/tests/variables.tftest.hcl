# What is refused before anything is planned. scripts/infra-check runs this; by hand:
#   terraform test -var=source_archive=PATH.zip

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

run "the_needed_variables_suffice" {
  command = plan
}

run "a_project_is_named_by_its_id" {
  command         = plan
  expect_failures = [var.project_id]
  variables {
    project_id = "Acme Identity"
  }
}

run "a_zone_is_no_region" {
  command         = plan
  expect_failures = [var.region]
  variables {
    region = "europe-west1-b"
  }
}

run "the_archive_is_there" {
  command         = plan
  expect_failures = [var.source_archive]
  variables {
    source_archive = "nowhere.zip"
  }
}

run "the_archive_is_a_zip_file" {
  command         = plan
  expect_failures = [var.source_archive]
  variables {
    source_archive = "versions.tf"
  }
}

run "a_name_leaves_room_for_what_follows" {
  command         = plan
  expect_failures = [var.name]
  variables {
    name = "a-bridge-with-a-name-that-goes-on"
  }
}

run "a_database_is_at_a_location" {
  command         = plan
  expect_failures = [var.firestore_location]
  variables {
    firestore_location = "Europe"
  }
}

run "public_access_has_two_ways" {
  command         = plan
  expect_failures = [var.public_access]
  variables {
    public_access = "none"
  }
}

run "somebody_can_approve_what_is_held" {
  command         = plan
  expect_failures = [var.admin_members]
  variables {
    admin_members = []
  }
}

run "everybody_is_no_administrator" {
  command         = plan
  expect_failures = [var.admin_members]
  variables {
    admin_members = ["allUsers"]
  }
}

run "everybody_who_has_signed_in_is_no_administrator" {
  command         = plan
  expect_failures = [var.admin_members]
  variables {
    admin_members = ["user:barbara@example.com", "allAuthenticatedUsers"]
  }
}

run "a_whole_domain_is_no_administrator" {
  command         = plan
  expect_failures = [var.admin_members]
  variables {
    admin_members = ["domain:example.com"]
  }
}

run "an_alert_goes_to_an_address" {
  command         = plan
  expect_failures = [var.alert_emails]
  variables {
    alert_emails = ["#identity"]
  }
}

run "instances_are_counted_in_whole_numbers" {
  command         = plan
  expect_failures = [var.min_instances, var.max_instances]
  variables {
    min_instances = 0.5
    max_instances = 0
  }
}

run "a_flood_has_an_end" {
  command         = plan
  expect_failures = [var.max_instances]
  variables {
    max_instances = 1000
  }
}

run "a_domain_is_no_address" {
  command         = plan
  expect_failures = [var.domain]
  variables {
    domain = "https://scim.example.com/"
  }
}

run "a_range_is_in_cidr_notation" {
  command         = plan
  expect_failures = [var.allowed_ip_ranges]
  variables {
    domain            = "scim.example.com"
    allowed_ip_ranges = ["192.0.2.1-192.0.2.9"]
  }
}

run "ranges_are_not_ignored_without_a_domain" {
  command         = plan
  expect_failures = [google_cloudfunctions2_function.face]
  variables {
    allowed_ip_ranges = ["192.0.2.0/24"]
  }
}

run "a_schedule_has_five_fields" {
  command         = plan
  expect_failures = [var.pull_schedule, var.reconcile_schedule]
  variables {
    pull_schedule      = "every 15 minutes"
    reconcile_schedule = "@daily"
  }
}

run "terraform_keeps_the_settings_that_are_its_own" {
  command         = plan
  expect_failures = [google_cloudfunctions2_function.face]
  variables {
    settings = { TARGET = "embedded" }
  }
}
