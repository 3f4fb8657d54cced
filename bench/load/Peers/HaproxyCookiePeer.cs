namespace Carousel.Load.Peers;

/// <summary>HAProxy that keeps visitors with their servers by a cookie of its own, which servers don't see: the nearest that it has to sessions.</summary>
internal sealed class HaproxyCookiePeer : HaproxyPeer
{
    public const string PeerName = "haproxy-cookie";

    public override string Name => PeerName;

    public override bool KeepsSessions => true;

    // "nocache" is the Cache-Control: private that Carousel sends, too.
    protected override string Cookie => "cookie SRV insert indirect nocache httponly";

    protected override string CookieOf(int server) => $" cookie s{server}";
}
