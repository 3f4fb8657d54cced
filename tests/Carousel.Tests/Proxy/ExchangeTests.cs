using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Plain exchanges, from the outside.</summary>
public sealed class ExchangeTests
{
    [Fact]
    public void Request_OneServer_AnswerIsPassedOn()
    {
        using var rig = new Rig();
        FakeSocket client = rig.Connect(Rig.Get("/"));
        Message answer = Assert.Single(Message.Answers(client.TakenText, ["GET"], ended: false));
        Assert.Equal(200, answer.Status);
        Assert.Equal("hello", answer.Body);
        Assert.False(client.IsClosed);
        rig.AssertNothingLeft();
        Assert.Equal(1, rig.ExchangesAtRest);
    }
}
