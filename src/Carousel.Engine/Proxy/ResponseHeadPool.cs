using Carousel.Engine.Http;

namespace Carousel.Engine.Proxy;

/// <summary>
/// A worker's heads of responses. Last in, first out, so that nearly all responses use the same memory. Its own worker's thread only.
/// </summary>
/// <param name="maxFields">The limit of fields.</param>
internal sealed class ResponseHeadPool(int maxFields)
{
    private ResponseHead[] _spare = new ResponseHead[4];
    private int _count;

    public ResponseHead Rent() => _count > 0 ? _spare[--_count] : new ResponseHead(maxFields);

    public void Return(ResponseHead head)
    {
        if (_count == _spare.Length)
        {
            Array.Resize(ref _spare, 2 * _count);
        }
        // Nearly always it is the one that was there: then the store, which costs a GC write barrier, is spared.
        if (!ReferenceEquals(_spare[_count], head))
        {
            _spare[_count] = head;
        }
        _count++;
    }
}
