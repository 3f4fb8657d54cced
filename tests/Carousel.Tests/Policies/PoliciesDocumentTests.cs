using Carousel.Core.Policies;
using Carousel.Tests.Walls;
using Xunit;

namespace Carousel.Tests.Policies;

/// <summary>The numbers in docs/POLICIES.md match the code.</summary>
public class PoliciesDocumentTests
{
    private static readonly string s_text = File.ReadAllText(Path.Combine(Sources.Root, "docs/POLICIES.md"));

    public static TheoryData<string, string> Rows => new()
    {
        { "least-requests", $"{LeastRequests.MaxLooks} at most" },
        { "dynamic", $"{Dynamic.MaxLooks} at most" },
    };

    public static TheoryData<string> Sentences =>
    [
        $"of more than {Dynamic.MaxLooks} servers, {Dynamic.MaxLooks} from a random position are compared",
        $"the last {1 / Dynamic.Newest} samples",
        $"Weights that add up to more than {ConsistentHash.MaxTotalWeight} are halved",
        $"Up to {ConsistentHash.AlwaysAllowed} requests in flight are always allowed",
    ];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_OfAPolicy_StatesServersComparedPerPick(string policy, string looks)
    {
        string row = Assert.Single(s_text.Split('\n'), line => line.StartsWith($"| `{policy}` |", StringComparison.Ordinal));

        Assert.Equal(looks, row.Split('|')[^2].Trim());
    }

    [Theory]
    [MemberData(nameof(Sentences))]
    public void Sentence_WithANumber_MatchesTheCode(string sentence) => Assert.Contains(sentence, s_text);
}
