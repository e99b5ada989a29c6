package daemon

// TLSConfig says whether wss is answered beside ws.
type TLSConfig struct {
	Enabled bool `toml:"enabled" comment:"Answer wss from the first start, with a certificate made for this machine alone. false: only once agrafe tls\nenable was run on it. Browsers have to trust the certificate: agrafe tls status says how."`
	Port    int  `toml:"port" comment:"TCP port of wss. Web pages look for it there: change it only together with them."`
}

// DefaultTLSPort is where web pages look for wss.
const DefaultTLSPort = 17374
