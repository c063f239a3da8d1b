using System.CommandLine;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Verbs;

internal static class BuildVerb
{
    public static Command Create()
    {
        var verb = new Command("build", "Build the native library for this machine and all .NET projects.");
        verb.SetAction(async _ =>
        {
            using CheckoutLock held = await CheckoutLock.TakeAsync();
            await TestSuite.BuildEverythingAsync();
        });
        return verb;
    }
}
