-- wrk: POST bench/three.png as the field `image` of a form
local file = io.open("bench/three.png", "rb")
local image = file:read("*a")
file:close()
local boundary = "----boundary7f3a"
wrk.method = "POST"
wrk.headers["Content-Type"] = "multipart/form-data; boundary=" .. boundary
wrk.body = "--" .. boundary .. '\r\nContent-Disposition: form-data; name="image"; filename="three.png"\r\nContent-Type: image/png\r\n\r\n' .. image .. "\r\n--" .. boundary .. "--\r\n"
