-- Callers say for which tenant they ask; who does not is refused before anything else is looked at.
function envoy_on_request(handle)
  local tenant = handle:headers():get("x-tenant")
  if tenant and tenant:match("^[a-z0-9-]+$") then return end
  handle:respond({[":status"] = "400", ["content-type"] = "text/plain"}, "Say who you are: x-tenant: NAME.\n")
end
