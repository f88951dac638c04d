-- wrk: POST bench/three.png as the field `image` of a form
local file = io.open("bench/three.png", "rb")
local image = file:read("*a")
file:close()
local boundary = "----boundary7f3a"
wrk.method = "POST"
wrk.headers["Content-Type"] = "multipart/form-data; boundary=" .. boundary
local head = 'Content-Disposition: form-data; name="image"; filename="three.png"\r\nContent-Type: image/png\r\n\r\n'
wrk.body = "--" .. boundary .. "\r\n" .. head .. image .. "\r\n--" .. boundary .. "--\r\n"
