using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;

namespace MmapIo;

/// <summary>
/// Stands for the caller's scope in <see cref="MemoryMap.Lines(in MapScope)"/>. There is nothing to pass: left out, it is
/// made at the call, and what the call returns cannot leave the scope it was made in.
/// </summary>
/// <remarks>Whoever passed one of his own could take lines to where that lives, beyond the lease they lie on. So it cannot
/// be kept on the heap, and to name it is an error.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[Experimental("MMAPIO001")]
public readonly ref struct MapScope;
