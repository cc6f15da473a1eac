// Lets the tests of this project reach the hooks by which a file can be made full or its checkpoints held back.
using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Adapters.Tests")]
