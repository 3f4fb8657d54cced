using Carousel.Engine.Http;

namespace Carousel.Engine.Proxy;

/// <summary>
/// A worker's heads of responses: one spare, so that nearly all responses use the same memory. Its own worker's thread only.
/// </summary>
/// <param name="maxFields">The limit of fields.</param>
internal sealed class ResponseHeadPool(int maxFields)
{
    private ResponseHead? _spare = new(maxFields);

    public ResponseHead Rent()
    {
        ResponseHead? spare = _spare;
        _spare = null;
        return spare ?? new ResponseHead(maxFields);
    }

    public void Return(ResponseHead head) => _spare = head;
}
