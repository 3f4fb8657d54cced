using Carousel.Engine.Http;
using Carousel.Fuzz.Targets;
using Xunit;

namespace Carousel.Tests.Http;

/// <summary>
/// Kestrel's parser and <see cref="RequestParser"/> on the same heads: what both accept they read alike, and what Kestrel refuses is
/// refused. Kestrel's <c>HttpParser</c> checks lines only; it leaves Host, framing and target forms, where the balancer refuses more, to
/// later stages.
/// </summary>
public class KestrelDifferentialTests
{
    private const int Mutations = 20_000;

    [Fact]
    public void Parse_Corpus_ReadsAsKestrelDoes()
    {
        foreach (byte[] head in Corpus.Requests.Values)
        {
            AssertAgrees(head);
        }
    }

    [Fact]
    public void Parse_MutatedHeads_AcceptsNothingThatKestrelRefuses()
    {
        byte[][] seeds = [.. Corpus.Requests.Values];
        var random = new Random(911);
        int bothAccept = 0;
        for (int i = 0; i < Mutations; i++)
        {
            bothAccept += AssertAgrees(Mutation.Of(random, seeds)) ? 1 : 0;
        }
        Assert.InRange(bothAccept, Mutations / 20, Mutations);
    }

    /// <summary>Returns whether both accept.</summary>
    private static bool AssertAgrees(byte[] head)
    {
        ParsedRequest ours = ParsedRequest.Of(head, Heads.Limits);
        if (ours.Status != ParseStatus.Complete)
        {
            return false;
        }
        // One exception: Kestrel skips the empty line before a request (RFC 9112 section 2.2) before it calls its parser.
        byte[] line = head[ours.Head.MethodToken.Start..];
        KestrelRequest? theirs = KestrelRequest.Parse(line);
        Assert.True(theirs != null, $"only RequestParser accepts {Convert.ToBase64String(head)}");
        Assert.Equal((theirs.Method, theirs.Target, theirs.IsHttp10), (ours.Text(ours.Head.MethodToken), ours.Text(ours.Head.Target), ours.Head.IsHttp10));
        Assert.Equal(theirs.Fields, ours.Fields.Select(field => (ours.Text(field.Name), ours.Text(field.Value))));
        return true;
    }
}
