package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// DeviceCookieName is the name of the cookie that marks a device from which its owner has logged in
// before.
const DeviceCookieName = "larder_device"

// deviceLifetime is how long a device stays known after its last login.
const deviceLifetime = 2 * 365 * 24 * time.Hour

// NewDevice returns a device's token for its next login: a random number, the expiry, and a
// signature of both. The key is the account's password hash, which never leaves the database: a new
// password invalidates all devices, and there is no other secret to keep.
func NewDevice(hash string, now time.Time) string {
	id := rand.Text()
	until := strconv.FormatInt(now.Add(deviceLifetime).Unix(), 10)
	return id + "." + until + "." + deviceSignature(hash, id, until)
}

// knownDevice returns the number of a device that has logged in to the account before, else "".
func knownDevice(device, hash string, now time.Time) string {
	parts := strings.Split(device, ".")
	if hash == "" || len(parts) != 3 {
		return ""
	}
	id, until := parts[0], parts[1]
	if !hmac.Equal([]byte(parts[2]), []byte(deviceSignature(hash, id, until))) {
		return ""
	}
	if end, err := strconv.ParseInt(until, 10, 64); err != nil || now.Unix() >= end {
		return ""
	}
	return id
}

func deviceSignature(hash, id, until string) string {
	mac := hmac.New(sha256.New, []byte("larder device "+hash))
	mac.Write([]byte(id + "." + until))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// DeviceFrom returns a request's device token, unverified; Logins.Check verifies it.
func DeviceFrom(c *gin.Context) string {
	cookie, err := c.Request.Cookie(DeviceCookieName)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// SetDeviceCookie marks the browser as known for its next login. The cookie is sent to the login
// only, and a logout leaves it: it authorises nothing.
func SetDeviceCookie(c *gin.Context, device string) {
	http.SetCookie(c.Writer, &http.Cookie{ //nolint:gosec // Secure if the browser came by TLS, like the session's
		Name: DeviceCookieName, Value: device, Path: "/api/session", MaxAge: int(deviceLifetime.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: isSecure(c.Request),
	})
}
